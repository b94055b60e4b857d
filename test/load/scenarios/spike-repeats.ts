/** spike: clients that repeat their requests come all at once, as after a lost connection. Some may be turned away; nobody pays twice. */
import { repeatsFlow } from '../flows/repeats.ts'
import { optionsOf, type RunData, ramping } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

export const options = optionsOf(
  {
    repeats: ramping(
      5,
      [
        [5, 20],
        [120, 5],
        [120, 25],
        [5, 5],
        [5, 35],
      ],
      { exec: 'repeats', vusMax: 400 },
    ),
  },
  {
    http_req_failed: ['rate==0'],
    'http_req_duration{expected_response:true}': ['p(99)<5000'],
    goodput: ['count>0'],
  },
)

export const repeats = ({ seed }: RunData): Promise<void> => repeatsFlow(seed, [429, 503])

export const handleSummary = summaryOf('spike-repeats')
