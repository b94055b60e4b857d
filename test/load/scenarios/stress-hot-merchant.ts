/** stress: one merchant asks for more than its limit; its neighbours must not feel it. */
import { authorizeFlow } from '../flows/authorize.ts'
import { hotMerchantFlow } from '../flows/hot-merchant.ts'
import { optionsOf, type RunData, ramping, steady } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

export const options = optionsOf(
  {
    hot_merchant: ramping(
      50,
      [
        [500, 60],
        [500, 60],
        [50, 15],
      ],
      { exec: 'hot', vusMax: 300 },
    ),
    neighbours: steady(20, 135, { exec: 'neighbours', vusMax: 100 }),
  },
  {
    http_req_failed: ['rate==0'],
    'http_req_duration{scenario:neighbours}': ['p(95)<1000', 'p(99)<2500'],
    'dropped_iterations{scenario:neighbours}': ['count==0'],
    goodput: ['count>0'],
  },
)

export const hot = ({ seed }: RunData): Promise<void> => hotMerchantFlow(seed)
export const neighbours = ({ seed }: RunData): Promise<void> => authorizeFlow(seed)

export const handleSummary = summaryOf('stress-hot-merchant')
