/** What the console's components share: the session, and the language. */
import { createContext, useContext } from 'react'
import { useTranslation } from 'react-i18next'
import type { Language } from '../../../shared/contracts/errors.ts'
import { type OperatorRole, operatorRoles } from '../../../shared/contracts/lists.ts'
import { type Store, useStore } from '../store.ts'
import type { ListSearch } from './payments/search.ts'
import type { ConsoleSession, SessionState } from './session/session.ts'

export interface ConsoleParts {
  session: ConsoleSession
  keepLanguage: (language: Language) => void
  /** Payments that were opened in this browser, the newest last. */
  visited: Store<readonly string[]>
  /** The list of payments that this tab has shown last, by its filters. */
  lastList: Store<ListSearch>
  /** Whether keys of one character do something. */
  singleKeys: Store<boolean>
}

export const ConsoleContext = createContext<ConsoleParts | undefined>(undefined)

export function useConsoleParts(): ConsoleParts {
  const parts = useContext(ConsoleContext)
  if (parts === undefined) throw new Error('a component of the console stands outside of its context')
  return parts
}

export const useSessionState = (): SessionState => useStore(useConsoleParts().session.state)

export const useConsoleTexts = () => useTranslation('console')

export const useLanguage = (): Language => useConsoleTexts().i18n.language as Language

/** Whether who is signed in has at least this role. The API judges it again. */
export function useMay(needed: OperatorRole): boolean {
  const state = useSessionState()
  return state.kind === 'open' && operatorRoles.indexOf(state.view.role) >= operatorRoles.indexOf(needed)
}
