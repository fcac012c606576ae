/** Parquet files of other programs → tape, under the same checks as text. */
import { Failure } from '../cli/failure.ts'
import type { StreamKind } from '../tape/columns.ts'
import type { ImportRequest } from './csv-request.ts'
import { openFile, type Source } from './source-file.ts'
import { importSources, type ImportResult, type OnProgress } from './tape-import.ts'
import { parquetSource } from './text-source.ts'

export async function importParquet(
  request: ImportRequest,
  kind: StreamKind | undefined,
  onProgress: OnProgress,
): Promise<ImportResult> {
  const sources: Source[] = []
  for (const name of request.files) {
    const file = await openFile(name)
    if (!file.parquet) throw new Failure(`${name}: is not a Parquet file; text files are for "import csv"`, 2)
    const { symbol, tz } = request
    sources.push(await parquetSource(name, file.bytes, { kind, symbol, zoned: tz !== undefined }))
  }
  return importSources(request, sources, { name: 'parquet' }, onProgress)
}
