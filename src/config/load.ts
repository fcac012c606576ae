/**
 * The effective configuration: built-in defaults, then config/{risk,trading,brokers}.yaml, then --set, each value with
 * the place it comes from. Everything that is wrong is reported at once, each with file, line, field and mend.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { type BrokersConfig, brokersDefaults, brokersSchema, PRIVATE_PATHS, SECRET_PATHS } from './brokers.ts'
import type { Environment } from './environment.ts'
import { type CapitalConfig, capitalSchema } from './capital.ts'
import { type FeesConfig, feesDefaults, feesSchema } from './fees.ts'
import { hashOf } from './hash.ts'
import { type Interpolated, interpolate } from './interpolate.ts'
import { nearest } from './nearest.ts'
import { readYaml } from './read-yaml.ts'
import { type RiskConfig, riskDefaults, riskSchema } from './risk.ts'
import { HIDDEN } from './secret.ts'
import { PARTS, type Part, readSets } from './sets.ts'
import { type TradingConfig, tradingDefaults, tradingSchema } from './trading.ts'
import { type Branch, defaultTree, merge, type Node, nodeAt, originText, type Path, pathText } from './tree.ts'

export interface ConfigEntry {
  /** `risk.daily_loss_limit` */
  readonly path: string
  /** Text as it takes effect; a list is an array of texts; a secret is `***`. */
  readonly value: string | readonly string[]
  /** `default`, `config/risk.yaml:4` or `--set …`. */
  readonly source: string
  readonly secret: boolean
}

export interface EffectiveConfig {
  readonly risk: RiskConfig
  readonly capital: CapitalConfig
  readonly trading: TradingConfig
  readonly brokers: BrokersConfig
  readonly fees: FeesConfig
  /** The agent's own parameters, `agent.fast` as `fast`; the agent checks them. */
  readonly agent: ReadonlyMap<string, string>
  /** SHA-256 over all of the above but secrets. */
  readonly hash: string
  readonly entries: readonly ConfigEntry[]
}

export interface ConfigSource {
  /** Directory of the YAML files, any of which may be absent; undefined: built-in defaults alone. */
  readonly dir: string | undefined
  /** `path=value` texts, later ones win. */
  readonly sets: readonly string[]
  readonly env: Environment
}

const SCHEMA = z.strictObject({
  risk: riskSchema,
  capital: capitalSchema,
  trading: tradingSchema,
  brokers: brokersSchema,
  fees: feesSchema,
  agent: z.custom<Node>().transform(agentParameters),
})

const FILES: readonly { readonly name: string; readonly parts: readonly Part[] }[] = [
  { name: 'risk.yaml', parts: ['risk', 'capital'] },
  { name: 'trading.yaml', parts: ['trading', 'agent'] },
  { name: 'brokers.yaml', parts: ['brokers', 'fees'] },
]

/** Throws Failure (2) with one line per fault. */
export function loadConfig(source: ConfigSource): EffectiveConfig {
  let tree: Node = defaultTree({
    risk: riskDefaults,
    capital: {},
    trading: tradingDefaults,
    brokers: brokersDefaults,
    fees: feesDefaults,
    agent: {},
  })
  for (const part of readFiles(source.dir)) tree = merge(tree, part)
  tree = merge(tree, readSets(source.sets))
  const interpolated = interpolate(tree, source.env)
  const result = SCHEMA.safeParse(plain(interpolated.tree, SCHEMA))
  const faults = brokenReferences(interpolated)
  if (!result.success) faults.push(...result.error.issues.flatMap((issue) => describe(issue, tree, interpolated)))
  if (faults.length > 0 || !result.success) throw new Failure(faults.join('\n'), 2)
  const { risk, capital, trading, brokers, fees, agent } = result.data
  const ownFees = fees.account === undefined && fees.commissions.size === 0 ? undefined : fees
  return {
    risk,
    capital,
    trading,
    brokers,
    fees,
    agent,
    hash: hashOf({ risk, capital, trading, brokers, agent, fees: ownFees }),
    entries: entriesOf(interpolated.tree),
  }
}

/** `config` of the working directory when it holds a configuration; what commands use when --config is not given. */
export function defaultConfigDir(cwd: string): string | undefined {
  return FILES.some((file) => existsSync(join(cwd, 'config', file.name))) ? 'config' : undefined
}

function readFiles(dir: string | undefined): Branch[] {
  if (dir === undefined) return []
  if (!existsSync(dir)) throw new Failure(`--config ${dir}: no such directory`, 2)
  const present = FILES.filter((file) => existsSync(join(dir, file.name)))
  // A directory may hold nothing but a user's instruments, which are read elsewhere.
  if (present.length === 0 && !existsSync(join(dir, 'instruments.local.yaml'))) {
    throw new Failure(`--config ${dir}: holds none of ${FILES.map((file) => file.name).join(', ')}`, 2)
  }
  return present.map((file) => {
    const path = join(dir, file.name)
    const root = readYaml(readFileSync(path, 'utf8'), path)
    for (const [name, node] of root.entries) {
      if (!(file.parts as readonly string[]).includes(name)) throw foreignPart(name, node, file.parts)
      if (node.kind !== 'branch') throw new Failure(`${originText(node.origin)}: ${name}: must be a group of values`, 2)
    }
    return root
  })
}

function foreignPart(name: string, node: Node, parts: readonly Part[]): Failure {
  const home = FILES.find((file) => (file.parts as readonly string[]).includes(name))
  const near = nearest(name, parts)
  const mend =
    home !== undefined
      ? `belongs into ${home.name}`
      : near === undefined
        ? `is not known here (known: ${parts.join(', ')})`
        : `is not known; did you mean "${near}"?`
  return new Failure(`${originText(node.origin)}: ${name}: ${mend}`, 2)
}

/** Branches as plain objects where the schema has an object; everything else stays a node for its reader. */
function plain(node: Node, schema: unknown): unknown {
  const shape = shapeOf(schema)
  if (shape === undefined) return node
  // Zod then says that an object was expected here.
  if (node.kind !== 'branch') return null
  const object: Record<string, unknown> = Object.create(null)
  for (const [name, child] of node.entries) {
    const value = plain(child, Object.hasOwn(shape, name) ? shape[name] : undefined)
    Object.defineProperty(object, name, { value, enumerable: true })
  }
  return object
}

function agentParameters(node: Node, ctx: z.RefinementCtx): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const visit = (current: Node, path: readonly string[]): void => {
    if (current.kind === 'branch') for (const [name, child] of current.entries) visit(child, [...path, name])
    else if (current.kind === 'leaf') parameters.set(path.join('.'), current.text)
    else ctx.addIssue({ code: 'custom', message: 'is a list; one value is needed', path: [...path] })
  }
  visit(node, [])
  return parameters
}

function brokenReferences(interpolated: Interpolated): string[] {
  return interpolated.broken.map(
    ({ path, leaf }) =>
      `${originText(leaf.origin)}: ${pathText(path)}: ${leaf.written} is not a reference; write \${NAME} or \${NAME:-default}`,
  )
}

/** One line per fault of an issue, with its place. */
function describe(issue: z.core.$ZodIssue, tree: Node, interpolated: Interpolated): string[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const place = originText(nodeAt(tree, path).origin)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName([...path, key], tree))
  const missing = interpolated.missing.get(pathText(path))
  if (missing !== undefined) {
    const where = originText(missing.leaf.origin)
    return [
      `${where}: ${pathText(path)}: the environment variable ${missing.name} is not set (nor ${missing.name}_FILE)`,
    ]
  }
  const node = nodeAt(tree, path)
  const message = issue.code === 'invalid_type' ? 'must be a group of values' : issue.message
  const shown =
    SECRET_PATHS.has(pathText(path)) && node.kind === 'leaf' && node.text !== ''
      ? message.replaceAll(node.text, HIDDEN)
      : message
  return [`${place}: ${pathText(path)}: ${shown}`]
}

function unknownName(path: Path, tree: Node): string {
  const known = knownNames(path.slice(0, -1))
  const near = nearest(String(path.at(-1)), known)
  const mend = near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`
  return `${originText(nodeAt(tree, path).origin)}: ${pathText(path)}: unknown name; ${mend}`
}

/** Names the schema allows at a path. */
function knownNames(path: Path): readonly string[] {
  let schema: unknown = SCHEMA
  for (const step of path) schema = shapeOf(schema)?.[String(step)]
  return Object.keys(shapeOf(schema) ?? {})
}

/** The fields of an object schema; undefined for a schema of a single value. */
function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  let inner = schema
  while (inner instanceof z.ZodPipe) inner = inner.in
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, unknown>) : undefined
}

/** Of who we are at a broker the end is enough to tell accounts apart. */
const SHOWN_END = 4
const LONG_ENOUGH = 8

function shownValue(path: string, value: string | readonly string[]): string | readonly string[] {
  if (typeof value !== 'string' || value === '') return value
  if (SECRET_PATHS.has(path)) return HIDDEN
  if (!PRIVATE_PATHS.has(path)) return value
  return value.length < LONG_ENOUGH ? HIDDEN : `${HIDDEN}${value.slice(-SHOWN_END)}`
}

function entriesOf(tree: Node): ConfigEntry[] {
  const entries: ConfigEntry[] = []
  const visit = (node: Node, path: Path): void => {
    if (node.kind === 'branch') {
      for (const [name, child] of node.entries) visit(child, [...path, name])
      return
    }
    const text = pathText(path)
    const secret = SECRET_PATHS.has(text)
    const value = node.kind === 'list' ? node.items.map((item) => (item.kind === 'leaf' ? item.text : '')) : node.text
    entries.push({
      path: text,
      value: shownValue(text, value),
      source: originText(node.origin),
      secret,
    })
  }
  for (const part of PARTS) visit(nodeAt(tree, [part]), [part])
  return entries
}
