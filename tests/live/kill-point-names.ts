/** Where around an order a process can die, in the order in which it gets there. */
export const KILL_POINTS = [
  'decided',
  'written',
  'durable',
  'before_send',
  'after_send',
  'request_out',
  'answer_in',
  'before_ack_step',
  'after_ack_step',
  'before_fill_step',
  'after_fill_step',
  'before_ack_durable',
] as const

export type KillPoint = (typeof KILL_POINTS)[number]
