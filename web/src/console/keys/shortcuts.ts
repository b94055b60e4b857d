/** Which key does what in the console. Keys of one character can be switched off, and do nothing while somebody types (WCAG 2.1.4). */

export type Action = 'search' | 'find' | 'next' | 'previous' | 'help' | 'close'

export interface Pressed {
  key: string
  code: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
}

/** With a Korean keyboard the letters are others. */
const singleKeys: Readonly<Record<string, Action>> = {
  '/': 'find',
  '?': 'help',
  j: 'next',
  ㅓ: 'next',
  k: 'previous',
  ㅏ: 'previous',
}

/** What an input method holds back has no letter yet, only its place on the keyboard. */
const heldBack: Readonly<Record<string, string>> = { KeyJ: 'j', KeyK: 'k' }

const letterOf = ({ key, code }: Pressed): string => (key === 'Process' ? (heldBack[code] ?? key) : key)

export function actionOf(pressed: Pressed, isTyping: boolean, areSingleKeysOn: boolean): Action | undefined {
  if (pressed.isComposing) return undefined
  const letter = letterOf(pressed)
  if (pressed.ctrlKey || pressed.metaKey)
    return !pressed.altKey && singleKeys[letter.toLowerCase()] === 'previous' ? 'search' : undefined
  if (pressed.altKey || isTyping) return undefined
  if (letter === 'Escape') return 'close'
  return areSingleKeysOn ? singleKeys[letter] : undefined
}

/** Fields that take letters. */
const TYPED_INTO = 'textarea, select, [contenteditable=""], [contenteditable="true"]'
const NOT_TYPED_INTO = ['button', 'checkbox', 'radio', 'submit', 'reset', 'range', 'color', 'file']

export const isTypedInto = (target: { matches(selector: string): boolean; type?: unknown }): boolean =>
  target.matches(TYPED_INTO) || (target.matches('input') && !NOT_TYPED_INTO.includes(String(target.type)))

/** The row to go to; the ends hold. Without a row to begin at, it is the first. */
export function rowAfter(rowCount: number, current: number, step: 1 | -1): number | undefined {
  if (rowCount === 0) return undefined
  return current < 0 ? 0 : Math.min(rowCount - 1, Math.max(0, current + step))
}

/** Whether keys of one character are on, as localStorage has it. On, where nobody said otherwise. */
export const parseSingleKeys = (text: string | null): boolean => text !== 'false'
