/** Does nothing: the reference of every comparison. */
import { defineAgent } from '../agent.ts'

export const hold = defineAgent({
  name: 'hold',
  params: {},
  subscribe: () => ({}),
  init: () => ({}),
})
