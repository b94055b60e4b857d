/** The flow of one merchant who sells more than its limit allows: it is limited (429), and what is let through is right. */
import { finish, newOrder } from '../api.ts'
import { authorizeOnce } from './authorize.ts'

export async function hotMerchantFlow(seed: string): Promise<void> {
  finish((await authorizeOnce(newOrder(seed, `hot-${seed}`.slice(0, 32)), [429, 503])) !== null)
}
