/** What an action of `npm run settle` is given, and what it says of itself. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { OperatorRole, RefundFee, SettlementCycle, VatMode } from '../../../shared/contracts/lists.ts'
import type { BatchPorts } from '../../../shared/runtime/wiring.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { FoundSystem } from '../find-system.ts'

export interface SettleFlags {
  currency?: string
  cycle?: SettlementCycle
  delay?: number
  cutoff?: string
  timezone?: string
  vat?: VatMode
  refundFee?: RefundFee
  payoutMin?: number
  reserveBp?: number
  reserveDays?: number
  invoiceAfter?: number | 'never'
  account?: string
  hold?: string
  release?: true
  /** In milliseconds since 1970, virtual time. */
  from?: number | 'soon'
  calendar?: string
  name?: string
  open?: true
  batch?: string
  out?: string
  lang?: Language
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type SettleFlag = keyof SettleFlags

/** Who changes something, and why: for the audit log. */
export interface By {
  /** The operator's name: that of the token. */
  actor: string
  reason: string
}

export interface ActionInput {
  ports: BatchPorts
  system: FoundSystem
  /** What was typed after the action's own words. */
  words: readonly string[]
  flags: SettleFlags
}

interface Action {
  /** How many words may follow, at most. */
  wordsMax: number
  wordsMin?: number
  /** The flags that go with it, besides those of the system and, of a change, --reason and --yes. */
  flags: readonly SettleFlag[]
}

/** Each returns the exit code. Throws WrongArguments when what was typed does not go together. */
export type SettleAction = Action &
  (
    | { changes: false; run(input: ActionInput): Promise<number> }
    // It asks first (`mayChange`). `role`: of those who may.
    | { changes: true; role: OperatorRole; run(input: ActionInput & { by: By }): Promise<number> }
  )
