/** What an action of `npm run recon` is given. */
import type { ReconLineState } from '../../../shared/contracts/lists.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { ActionInput } from '../run-action.ts'

export interface ReconFlags {
  source?: string
  state?: ReconLineState
  name?: string
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type ReconFlag = keyof ReconFlags

export type ReconInput = ActionInput<ReconFlags>

export type ReconAction = Action<ReconFlag, ReconInput>
