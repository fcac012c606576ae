/** CSV files, plain or gzip, → tape. */
import { Failure } from '../cli/failure.ts'
import type { ImportRequest } from './csv-request.ts'
import { openFile, type Source } from './source-file.ts'
import { importSources, type ImportResult, type OnProgress } from './tape-import.ts'

export async function importCsv(request: ImportRequest, onProgress: OnProgress): Promise<ImportResult> {
  const sources: Source[] = []
  for (const name of request.files) {
    const file = await openFile(name)
    if (file.parquet) throw new Failure(`${name}: is a Parquet file; import it with "import parquet"`, 2)
    sources.push(file)
  }
  return importSources(request, sources, { name: 'csv' }, onProgress)
}
