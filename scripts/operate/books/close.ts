/** Closes a month, by whom the token says. */
import { closeMonth } from '../../../shared/books/close-month.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { mayChange } from '../may-change.ts'
import type { BooksAction } from './books-action.ts'
import { closedLines, refusalLine } from './closing-texts.ts'
import { totalLines } from './journal.ts'

export const close: BooksAction = {
  changes: true,
  role: 'approver',
  wordsMax: 0,
  flags: ['month', 'lang'],
  async run({ ports, system, flags: { month, lang = 'en', yes }, by }) {
    if (month === undefined) throw new WrongArguments('close wants --month.')
    const question = `Close ${month}? It takes no entry from then on, and cannot be opened again.`
    if (!(await mayChange(system, { typed: 'npm run books', question, yes: yes === true }))) return 1
    const closing = await closeMonth(ports, month, by)
    if (closing.kind === 'refused') {
      console.error(printable(refusalLine(month, closing, lang)))
      return 1
    }
    for (const line of [...totalLines(closing.totals), ...closedLines(closing, lang)]) console.log(printable(line))
    return 0
  },
}
