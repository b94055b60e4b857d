/** What an action of `npm run recon` is given. */
import type { ReconLineState } from '../../../shared/contracts/lists.ts'
import type { BatchPorts } from '../../../shared/runtime/wiring.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { FoundSystem } from '../find-system.ts'

export interface ReconFlags {
  source?: string
  state?: ReconLineState
  name?: string
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type ReconFlag = keyof ReconFlags

export interface ReconInput {
  ports: BatchPorts
  system: FoundSystem
  /** What was typed after the action's own words. */
  words: readonly string[]
  flags: ReconFlags
}

export type ReconAction = Action<ReconFlag, ReconInput>
