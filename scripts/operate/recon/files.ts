/** Files, what one says of itself, and its lines. */
import type { ReconLineState } from '../../../shared/contracts/lists.ts'
import type { ReconFile, ReconFileTotal, ReconLine } from '../../../shared/reconciliation/ports.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { ReconAction, ReconInput } from './recon-action.ts'

/** One more than are shown says that there are more. */
const FILES_MAX = 100
const LINES_MAX = 200

export const files: ReconAction = {
  changes: false,
  wordsMax: 0,
  flags: ['source', 'json'],
  async run({ ports, flags: { source, json } }) {
    const found = await ports.reconFiles.listNewest(FILES_MAX + 1, source)
    writeJson(json, found.slice(0, FILES_MAX))
    if (json !== true) for (const line of fileLines(found)) console.log(printable(line))
    return 0
  },
}

export function fileLines(found: readonly ReconFile[]): string[] {
  if (found.length === 0) return ['No file has come yet.']
  const rows = found
    .slice(0, FILES_MAX)
    .map(file => [
      ...[file.fileId, file.sourceId, file.name, file.day ?? '-', file.state, String(file.lineCount)],
      ...[String(file.matchedTo), file.failure ?? ''],
    ])
  const heads = ['file', 'source', 'name', 'day', 'state', 'lines', 'matched', '']
  return more(tableLines([heads, ...rows], [5, 6]), found, FILES_MAX, 'newest')
}

const more = (lines: string[], found: readonly unknown[], max: number, which: string): string[] =>
  found.length > max ? [...lines, `… and more; these are the ${which} ${max}`] : lines

export const file: ReconAction = {
  changes: false,
  wordsMin: 1,
  wordsMax: 1,
  flags: ['json'],
  async run(input) {
    const found = await fileOf(input)
    const { json } = input.flags
    const totals = await input.ports.reconFileTotals.list(found.fileId)
    const states = await input.ports.reconLines.countByState(found.fileId)
    writeJson(json, { ...found, totals, states })
    if (json !== true) for (const line of oneFileLines(found, totals, states)) console.log(printable(line))
    return 0
  },
}

async function fileOf({ ports, words }: ReconInput): Promise<ReconFile> {
  const found = await ports.reconFiles.find(words[0]!)
  if (found === undefined)
    throw new WrongArguments(`there is no file ${words[0]}: \`npm run recon -- files\` lists them.`)
  return found
}

export function oneFileLines(
  found: ReconFile,
  totals: readonly ReconFileTotal[],
  states: Partial<Record<ReconLineState, number>>,
): string[] {
  const { fileId, sourceId, name, externalId, revision, day, dueOn, state, failure, sha256 } = found
  const counted = Object.entries(states).map(([each, count]) => `${count} ${each}`)
  const due = dueOn === null ? '' : `, paid on ${dueOn}`
  return [
    `${fileId} of ${sourceId}: ${name}`,
    `${state}${failure === null ? '' : `: ${failure}`}`,
    `SHA-256 ${sha256}`,
    ...(externalId === null ? [] : [`${externalId}, revision ${revision ?? '-'}, of ${day}${due}`]),
    `lines: ${counted.join(', ') || 'none'}`,
    ...(totals.length === 0 ? [] : totalLines(totals)),
  ]
}

function totalLines(totals: readonly ReconFileTotal[]): string[] {
  const rows = totals.map(({ currency, lineCount, netMinor, openingMinor, closingMinor }) => [
    ...[currency, String(lineCount), String(netMinor)],
    ...[openingMinor, closingMinor].map(minor => (minor === null ? '-' : String(minor))),
  ])
  return tableLines([['currency', 'lines', 'net (minor units)', 'opening', 'closing'], ...rows], [1, 2, 3, 4])
}

export const lines: ReconAction = {
  changes: false,
  wordsMin: 1,
  wordsMax: 1,
  flags: ['state', 'json'],
  async run(input) {
    const { fileId } = await fileOf(input)
    const { state, json } = input.flags
    const place = { afterLine: 0, limit: LINES_MAX + 1, ...(state && { states: [state] }) }
    const found = await input.ports.reconLines.list(fileId, place)
    writeJson(json, found.slice(0, LINES_MAX))
    if (json !== true) for (const line of lineLines(found)) console.log(printable(line))
    return 0
  },
}

export function lineLines(found: readonly ReconLine[]): string[] {
  if (found.length === 0) return ['There is no such line.']
  const rows = found
    .slice(0, LINES_MAX)
    .map(line => [
      ...[String(line.lineNo), line.kind, line.matchKey || '-', line.currency, String(line.amountMinor)],
      ...[String(line.feeMinor), String(line.vatMinor), String(line.netMinor), line.bookedOn, line.state],
      line.remittance ?? '',
    ])
  const heads = ['line', 'kind', 'for', 'currency', 'amount', 'fee', 'VAT', 'net', 'booked on', 'state', '']
  return more(tableLines([heads, ...rows], [0, 4, 5, 6, 7]), found, LINES_MAX, 'first')
}
