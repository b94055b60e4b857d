/** What an action of `npm run books` is given. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { ActionInput } from '../run-action.ts'

export interface BooksFlags {
  /** Days, both of them in. */
  from?: string
  to?: string
  timezone?: string
  account?: string
  /** `YYYY-MM`. */
  month?: string
  merchant?: string
  out?: string
  lang?: Language
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type BooksFlag = keyof BooksFlags

export type BooksInput = ActionInput<BooksFlags>

export type BooksAction = Action<BooksFlag, BooksInput>
