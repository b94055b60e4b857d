/** Fetches the files that the acquirer and the bank offer, and imports them. */

import type { Doorbell } from '../payments/ports.ts'
import { type Imported, type ImportFilePorts, importFile } from './import-file.ts'
import { type OfferedFile, type OfferPorts, offeredFiles } from './offered-files.ts'
import { passedOn } from './passed-on.ts'
import { type ReconAlarms, type ReconSource, SourceAwayError, type TemporaryFiles } from './ports.ts'
import { ringAll } from './ring-all.ts'

export interface ImportFilesPorts extends ImportFilePorts, OfferPorts {
  reconFiles: ImportFilePorts['reconFiles']
  temporaryFiles: TemporaryFiles
  reconAlarms: Pick<ReconAlarms, 'fileRejected' | 'sourceAway'>
  doorbell: Doorbell
}

export interface ImportSummary {
  imported: number
  rejected: number
  /** Sources that did not answer. */
  away: number
}

/**
 * Begins nothing after `deadlineMs` (epoch, real time). A source whose file cannot be taken does not hold up the others: what it threw is
 * thrown at the end. Throws DependencyUnavailableError at once when the database is away.
 */
export async function importFiles(ports: ImportFilesPorts, deadlineMs: number): Promise<ImportSummary> {
  await ports.clock.catchUp()
  const summary: ImportSummary = { imported: 0, rejected: 0, away: 0 }
  const failures: unknown[] = []
  for (const source of await ports.reconSources.list())
    try {
      await importOf(ports, source, deadlineMs, summary)
    } catch (error) {
      if (error instanceof SourceAwayError) {
        summary.away++
        ports.reconAlarms.sourceAway(source.sourceId, error)
      } else failures.push(passedOn(error))
    }
  if (summary.imported > 0) await ringAll(ports.doorbell)
  if (failures.length > 0) throw failures[0]
  return summary
}

async function importOf(
  ports: ImportFilesPorts,
  source: ReconSource,
  deadlineMs: number,
  summary: ImportSummary,
): Promise<void> {
  for await (const offered of offeredFiles(ports, source, ports.clock.virtualNowMs())) {
    if (ports.clock.nowMs() >= deadlineMs) return
    const imported = await take(ports, source, offered, deadlineMs)
    if (imported?.kind === 'imported') summary.imported++
    if (imported?.kind === 'rejected') {
      summary.rejected++
      ports.reconAlarms.fileRejected(imported.file)
    }
    // Each statement follows on the one before it.
    if (source.kind === 'bank' && imported?.kind !== 'imported') return
  }
}

/** Undefined when it is not there, after all. */
async function take(
  ports: ImportFilesPorts,
  { sourceId }: ReconSource,
  { name, sha256, read }: OfferedFile,
  deadlineMs: number,
): Promise<Imported | undefined> {
  const bytes = await read()
  if (bytes === undefined) return undefined
  const saved = await ports.temporaryFiles.save(bytes)
  try {
    if (sha256 !== undefined && saved.sha256 !== sha256)
      throw new SourceAwayError(`${name} has not the bytes that were announced`)
    return await importFile(ports, { sourceId, path: saved.path, name, again: false, deadlineMs })
  } finally {
    await ports.temporaryFiles.remove(saved.path)
  }
}
