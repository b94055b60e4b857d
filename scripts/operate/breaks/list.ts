/** Breaks, the oldest first: the open ones, unless a state is named. */
import { openBreakStates } from '../../../shared/contracts/lists.ts'
import { type AgeOf, agesNow } from '../../../shared/reconciliation/age-of-breaks.ts'
import type { BreakQuery, ReconBreak } from '../../../shared/reconciliation/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { BreaksAction, BreaksFlags } from './breaks-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 200

export const list: BreaksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['class', 'state', 'source', 'currency', 'assignee', 'json'],
  async run({ ports, flags }) {
    const ageOf = await agesNow(ports)
    const found = await ports.breakReader.list({ ...filtersIn(flags), order: 'oldest', limit: ROWS_MAX + 1 })
    writeJson(flags.json, found.slice(0, ROWS_MAX))
    if (flags.json !== true) for (const line of breakLines(found, ageOf)) console.log(printable(line))
    return 0
  },
}

export const filtersIn = (flags: BreaksFlags): Omit<BreakQuery, 'limit' | 'order'> => ({
  states: flags.state === undefined ? openBreakStates : [flags.state],
  ...(flags.class === undefined ? {} : { class: flags.class }),
  ...(flags.source === undefined ? {} : { sourceId: flags.source }),
  ...(flags.currency === undefined ? {} : { currency: flags.currency }),
  ...(flags.assignee === undefined ? {} : { assignee: flags.assignee }),
})

export function breakLines(found: readonly ReconBreak[], ageOf: AgeOf): string[] {
  if (found.length === 0) return ['There is no such break.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(each => [
      ...[each.breakId, each.class, each.state, each.sourceId, each.openedOn],
      ...[each.closedAtMs === null ? String(ageOf(each)) : '', each.currency, String(each.remainingMinor)],
      each.assignee ?? '',
    ])
  const heads = ['break', 'class', 'state', 'source', 'opened', 'days', 'currency', 'remaining', 'assignee']
  const lines = tableLines([heads, ...rows], [5, 7])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the first ${ROWS_MAX}`] : lines
}
