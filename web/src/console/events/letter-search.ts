/** Which dead letters are shown: the tab and the page, as they stand in the address, and the request that they make. */
import type { DeadLetterState } from '../../../../shared/contracts/lists.ts'
import type { DeadLettersQuery } from '../../../../shared/contracts/routes/list-dead-letters.ts'

/** Tabs, and the state that each shows. */
export const letterTabs = {
  all: undefined,
  waiting: 'WAITING',
  redriven: 'REDRIVEN',
  asideTab: 'PUT_ASIDE',
} as const satisfies Record<string, DeadLetterState | undefined>
export type LetterTab = keyof typeof letterTabs
export const letterTabNames = Object.keys(letterTabs) as LetterTab[]

/** The address's query. The cursor is judged by the API, which says what is wrong. */
export interface LetterSearch {
  letters?: Exclude<LetterTab, 'all'>
  cursor?: string
}

export function letterSearchOf({ letters, cursor }: Record<string, unknown>): LetterSearch {
  const isTab = typeof letters === 'string' && letters !== 'all' && Object.hasOwn(letterTabs, letters)
  return {
    ...(isTab && { letters: letters as Exclude<LetterTab, 'all'> }),
    ...(typeof cursor === 'string' && cursor !== '' && { cursor }),
  }
}

export const LETTERS_ON_PAGE = 20

export function lettersQueryOf({ letters, cursor }: LetterSearch): Partial<DeadLettersQuery> {
  const state = letterTabs[letters ?? 'all']
  return { ...(state !== undefined && { state }), ...(cursor !== undefined && { cursor }), limit: LETTERS_ON_PAGE }
}
