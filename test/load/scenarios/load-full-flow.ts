/** load: whole payments at the rate of a usual day, which must be served quickly and without one error. */
import { fullFlow } from '../flows/full-flow.ts'
import { optionsOf, type RunData, ramping } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

export const options = optionsOf(
  {
    full_flow: ramping(
      5,
      [
        [40, 30],
        [40, 150],
      ],
      { exec: 'whole', vusMax: 200 },
    ),
  },
  {
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(95)<500', 'p(99)<1500'],
    dropped_iterations: ['count==0'],
  },
)

export const whole = ({ seed }: RunData): Promise<void> => fullFlow(seed)

export const handleSummary = summaryOf('load-full-flow')
