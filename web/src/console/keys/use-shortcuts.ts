/** Listens to the keys of the whole page. What is found on it is found when a key is pressed, so that every room's lists have them. */
import { useEffect } from 'react'
import { useStore } from '../../store.ts'
import { useConsoleParts } from '../console-context.ts'
import { type Action, actionOf, isTypedInto, rowAfter } from './shortcuts.ts'

interface Dialogs {
  search: () => void
  help: () => void
}

export function useShortcuts({ search, help }: Dialogs): void {
  const { singleKeys } = useConsoleParts()
  const areSingleKeysOn = useStore(singleKeys)
  useEffect(() => {
    const actions: Record<Action, () => boolean> = {
      search: () => done(search),
      help: () => done(help),
      find: () => focusFilter() || done(search),
      next: () => focusRow(1),
      previous: () => focusRow(-1),
      close: closePanel,
    }
    const listen = (event: KeyboardEvent) => {
      // A dialog has keys of its own.
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const isTyping = event.target instanceof HTMLElement && isTypedInto(event.target)
      const action = actionOf(event, isTyping, areSingleKeysOn)
      if (action !== undefined && actions[action]()) event.preventDefault()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [search, help, areSingleKeysOn])
}

function done(act: () => void): true {
  act()
  return true
}

function focusFilter(): boolean {
  const field =
    document.querySelector<HTMLElement>('main [data-find]') ??
    document.querySelector<HTMLElement>('main form input:not([type="hidden"]), main form select')
  field?.focus()
  return field !== null
}

/** Not in what is folded up, nor beside a panel that took its place. */
const isShown = (element: Element): boolean => element.checkVisibility()

/** What opens a row, in tables and in the timeline of a payment. */
const ROW_OPENERS = '.row-link, .operation-toggle'

/** Whoever is at a row of the panel stays in it; from anywhere else the rows beside it are next. */
function rowOpeners(): HTMLElement[] {
  const active = document.activeElement
  const panel = active?.matches(ROW_OPENERS) ? active.closest('.side-panel') : null
  const all = [...document.querySelectorAll<HTMLElement>(`main :is(${ROW_OPENERS})`)].filter(isShown)
  return all.filter(each => each.closest('.side-panel') === panel)
}

function focusRow(step: 1 | -1): boolean {
  const links = rowOpeners()
  const rows = links.map(link => link.closest('tr, .operation'))
  const focused = rows.findIndex(row => row?.contains(document.activeElement))
  const opened = rows.findIndex(row => row?.getAttribute('aria-current') === 'true')
  const next = rowAfter(links.length, focused < 0 ? opened : focused, step)
  if (next === undefined) return false
  links[next]!.focus()
  rows[next]?.scrollIntoView({ block: 'nearest' })
  return true
}

function closePanel(): boolean {
  const close = document.querySelector<HTMLElement>('[data-panel-close]')
  close?.click()
  return close !== null
}
