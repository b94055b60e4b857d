/** soak: contradicting requests beside whole payments for twenty minutes: what grows, leaks or is forgotten shows late. */
import { conflictsFlow } from '../flows/conflicts.ts'
import { fullFlow } from '../flows/full-flow.ts'
import { optionsOf, type RunData, steady } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

const DURATION_S = 20 * 60

export const options = optionsOf(
  {
    conflicts: steady(10, DURATION_S, { exec: 'conflicts', vusMax: 100 }),
    full_flow: steady(10, DURATION_S, { exec: 'whole', vusMax: 100 }),
  },
  {
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(95)<500', 'p(99)<1500'],
    dropped_iterations: ['count==0'],
  },
)

export const conflicts = ({ seed }: RunData): Promise<void> => conflictsFlow(seed)
export const whole = ({ seed }: RunData): Promise<void> => fullFlow(seed)

export const handleSummary = summaryOf('soak-conflicts')
