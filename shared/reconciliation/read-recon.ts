/** Reads: files of the acquirer and the bank, and breaks. */

import type { BreakDetail, BreakView, ReconFileDetail, ReconFileView } from '../contracts/recon-views.ts'
import type { BreakListView, BreaksQuery } from '../contracts/routes/list-breaks.ts'
import type { ReconFileListView, ReconFilesQuery } from '../contracts/routes/list-recon-files.ts'
import type {
  BreakQuery,
  BreakReader,
  Breaks,
  ReconBreak,
  ReconBreakAction,
  ReconFile,
  ReconFilePages,
  ReconFiles,
  ReconFileTotals,
} from './ports.ts'

export interface FileReadPorts {
  reconFiles: Pick<ReconFiles, 'find'> & ReconFilePages
  reconFileTotals: Pick<ReconFileTotals, 'list'>
}

export interface BreakReadPorts {
  breakReader: Pick<BreakReader, 'list'>
  breaks: Pick<Breaks, 'find' | 'listActions'>
}

/** One page, newest first. `beforeFileId` is where the page before ended. Throws DependencyUnavailableError, as all of these. */
export async function listReconFiles(
  { reconFiles }: Pick<FileReadPorts, 'reconFiles'>,
  { limit, ...query }: Omit<ReconFilesQuery, 'cursor'> & { beforeFileId?: string },
): Promise<ReconFileListView> {
  const found = await reconFiles.listPage({ ...query, limit: limit + 1 })
  const page = found.slice(0, limit)
  return { items: page.map(fileView), nextCursor: found.length > limit ? encoded(page.at(-1)!.fileId) : null }
}

/** Undefined when there is no such file. */
export async function readReconFile(
  { reconFiles, reconFileTotals }: FileReadPorts,
  fileId: string,
): Promise<ReconFileDetail | undefined> {
  const [file, totals] = await Promise.all([reconFiles.find(fileId), reconFileTotals.list(fileId)])
  if (file === undefined) return undefined
  return {
    ...fileView(file),
    totals: totals.map(({ currency, lineCount, netMinor, openingMinor, closingMinor }) => ({
      ...{ currency, lineCount, net: netMinor, opening: openingMinor, closing: closingMinor },
    })),
  }
}

/** As `listReconFiles`. */
export async function listBreaks(
  ports: Pick<BreakReadPorts, 'breakReader'>,
  { state, ...query }: Omit<BreaksQuery, 'cursor'> & { beforeBreakId?: string },
): Promise<BreakListView> {
  const { page, nextCursor } = await pageOfBreaks(ports, { ...query, states: state && [state] })
  return { items: page.map(breakView), nextCursor }
}

/** Newest first, with where the next page goes on. */
export async function pageOfBreaks(
  { breakReader }: Pick<BreakReadPorts, 'breakReader'>,
  { limit, beforeBreakId, ...query }: Omit<BreakQuery, 'order' | 'beyondBreakId'> & { beforeBreakId?: string },
): Promise<{ page: ReconBreak[]; nextCursor: string | null }> {
  const found = await breakReader.list({
    ...query,
    ...(beforeBreakId === undefined ? {} : { beyondBreakId: beforeBreakId }),
    ...{ order: 'newest', limit: limit + 1 },
  })
  const page = found.slice(0, limit)
  return { page, nextCursor: found.length > limit ? encoded(page.at(-1)!.breakId) : null }
}

/** Undefined when there is no such break. */
export async function readBreak(
  { breaks }: Pick<BreakReadPorts, 'breaks'>,
  breakId: string,
): Promise<BreakDetail | undefined> {
  const [found, actions] = await Promise.all([breaks.find(breakId), breaks.listActions(breakId)])
  return found && { ...breakView(found), actions: actions.map(actionView) }
}

const textOf = (atMs: number): string => new Date(atMs).toISOString()
const textOrNull = (atMs: number | null): string | null => (atMs === null ? null : textOf(atMs))

const fileView = (file: ReconFile): ReconFileView => ({
  ...{ fileId: file.fileId, sourceId: file.sourceId, name: file.name, externalId: file.externalId },
  ...{ revision: file.revision, day: file.day, dueOn: file.dueOn, state: file.state },
  ...{ lineCount: file.lineCount, matchedTo: file.matchedTo, failure: file.failure },
  ...{ receivedAt: textOf(file.receivedAtMs), doneAt: textOrNull(file.doneAtMs) },
})

export const breakView = (of: ReconBreak): BreakView => ({
  ...{ breakId: of.breakId, class: of.class, state: of.state, sourceId: of.sourceId, subject: of.subject },
  ...{ fileId: of.fileId, lineNo: of.lineNo, payoutId: of.payoutId, batchRef: of.batchRef },
  ...{ differences: { ...of.differences }, booked: of.bookedMinor, remaining: of.remainingMinor },
  ...{ currency: of.currency, openedOn: of.openedOn, openedAt: textOf(of.openedAtMs) },
  ...{ closedAt: textOrNull(of.closedAtMs), assignee: of.assignee, version: of.version },
})

export const actionView = (of: ReconBreakAction): BreakDetail['actions'][number] => ({
  ...{ sequence: of.sequence, actor: of.actor, action: of.action, account: of.account, target: of.target },
  ...{ amount: of.amountMinor, reason: of.reason, at: textOf(of.atMs) },
})

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

function idOf(cursor: string, prefix: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  return encoded(text) === cursor && new RegExp(`^${prefix}_[0-9A-Z]{26}$`).test(text) ? text : undefined
}

/** Each is undefined when the cursor is not one of ours. */
export const fileOfCursor = (cursor: string): string | undefined => idOf(cursor, 'rcf')
export const breakOfCursor = (cursor: string): string | undefined => idOf(cursor, 'brk')
