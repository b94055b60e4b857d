/** smoke: every flow a few times. It judges answers, not speed. */
import { authorizeFlow } from '../flows/authorize.ts'
import { conflictsFlow } from '../flows/conflicts.ts'
import { fullFlow } from '../flows/full-flow.ts'
import { hotMerchantFlow } from '../flows/hot-merchant.ts'
import { repeatsFlow } from '../flows/repeats.ts'
import { few, optionsOf, type RunData } from '../settings.ts'
import { summaryOf } from '../summary/summary.ts'

export { begin as setup, end as teardown } from '../run.ts'

export const options = optionsOf(
  {
    authorize: few(10, 2, 'authorize'),
    full_flow: few(10, 2, 'whole'),
    repeats: few(10, 2, 'repeats'),
    conflicts: few(10, 2, 'conflicts'),
    hot_merchant: few(10, 2, 'hot'),
  },
  { http_req_failed: ['rate==0'], goodput: ['count==50'] },
)

export const authorize = ({ seed }: RunData): Promise<void> => authorizeFlow(seed)
export const whole = ({ seed }: RunData): Promise<void> => fullFlow(seed)
export const repeats = ({ seed }: RunData): Promise<void> => repeatsFlow(seed)
export const conflicts = ({ seed }: RunData): Promise<void> => conflictsFlow(seed)
export const hot = ({ seed }: RunData): Promise<void> => hotMerchantFlow(seed)

export const handleSummary = summaryOf('smoke')
