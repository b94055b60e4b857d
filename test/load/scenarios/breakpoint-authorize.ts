/** breakpoint: ever more new payments a second, until they are slow or dropped. It is meant to end with a broken threshold. */
import { NO_ANSWER } from '../api.ts'
import { authorizeFlow } from '../flows/authorize.ts'
import { optionsOf, type RunData, ramping } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

export const options = optionsOf(
  {
    authorize: ramping(20, [[3_000, 600]], { exec: 'authorize', vusMax: 1_000 }),
  },
  {
    http_req_duration: [{ threshold: 'p(99)<2000', abortOnFail: true, delayAbortEval: '10s' }],
    dropped_iterations: [{ threshold: 'count<100', abortOnFail: true, delayAbortEval: '10s' }],
  },
)

export const authorize = ({ seed }: RunData): Promise<void> => authorizeFlow(seed, [NO_ANSWER, 429, 503])

export const handleSummary = summaryOf('breakpoint-authorize')
