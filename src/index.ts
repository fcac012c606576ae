/** The package entry: what a user's own agent, source or sink imports as `sametape`. */
export {
  type AgentContext,
  type AgentDefinition,
  type AgentLimits,
  type Bar,
  defineAgent,
  type Fill,
  type OrderAnswer,
  type OrderRequest,
  type OrderView,
  type PositionView,
  type Quote,
  type Subscription,
  type Trade,
} from './core/decision/agent.ts'
export type { ParamSchema, ParamSpec, ParamValues } from './core/decision/params.ts'
export type { Indicator, IndicatorBar, IndicatorFactory } from './core/data/indicators/indicator.ts'
export type { RunSink, RunStreams } from './runtime/graph.ts'
export type { DecisionOutput, EquityOutput, FillOutput, OrderOutput, StateOutput } from './runtime/outputs.ts'
export type { SourceRow, UserSource } from './import/user-source.ts'
