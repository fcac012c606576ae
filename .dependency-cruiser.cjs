/** Import rules, made from tests/check/import-table.cjs, and a few that hold everywhere. */
const { table } = require('./tests/check/import-table.cjs')

const PROJECT = '^(src|adapters|tests|bench|scenarios)/'

function rules({ folder, may, types = [], inside, except }) {
  // $1 is what the group of `from` matched, so an adapter's own folder is its own and no other adapter's.
  const from = {
    path: inside === undefined ? `^(${folder})/` : `^(${folder})/${inside}/`,
    ...(except === undefined ? {} : { pathNot: `^${folder}/${except}/` }),
  }
  const allowed = ['^$1/', ...may]
  const made = [
    {
      name: `imports-of-${folder}${inside === undefined ? '' : `/${inside}`}`,
      severity: 'error',
      comment: `${folder} may import only: itself, ${may.join(', ') || 'nothing'}`,
      from,
      to: { path: PROJECT, pathNot: [...allowed, ...types] },
    },
  ]
  if (types.length > 0) {
    made.push({
      name: `type-imports-of-${folder}`,
      severity: 'error',
      comment: `of ${types.join(', ')} only types may be imported`,
      from,
      to: { path: types, dependencyTypesNot: ['type-only'] },
    })
  }
  return made
}

module.exports = {
  forbidden: [
    ...table.flatMap(rules),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'src/core imports neither packages nor Node built-ins',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'wire-is-pure',
      severity: 'error',
      comment: 'what an adapter and its emulator share on the wire imports neither packages nor Node built-ins',
      from: { path: '^(adapters/[^/]+)/wire/' },
      to: { pathNot: ['^$1/wire/', '^src/core/(base|domain)/'] },
    },
    {
      name: 'entry-without-command-line',
      severity: 'error',
      comment: 'src/index.ts is the library: no command, no adapter',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: ['^adapters/', '^src/cli/(?!failure\\.ts$)'] },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      comment: 'tests and bench are never imported by the product',
      from: { path: '^(src|adapters)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(tests|bench)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'two files that need each other to run; a type-only import back is no such need',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'imports of files or packages that are not there',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'the product runs without devDependencies',
      from: { path: '^(src|adapters)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
