/** Imports one file and says what became of it, as a process that a test kills: DATABASE_URL, IMPORT_PATH, IMPORT_NAME. */
import { diskFiles } from '../../../shared/recon-files/disk-files.ts'
import { readers } from '../../../shared/recon-files/readers.ts'
import { importFile } from '../../../shared/reconciliation/import-file.ts'
import { systemClock } from '../../../shared/runtime/clock.ts'
import { createIds } from '../../../shared/runtime/ids.ts'
import { AuditLogTable } from '../../../shared/stores/audit-log.ts'
import { BusinessCalendarTable } from '../../../shared/stores/business-calendar.ts'
import { Database } from '../../../shared/stores/database.ts'
import { ExpectationTable } from '../../../shared/stores/expectations.ts'
import { OutboxTable } from '../../../shared/stores/outbox.ts'
import { ReconFileTable, ReconFileTotalTable, ReconSourceTable } from '../../../shared/stores/recon-files.ts'
import { ReconLineTable } from '../../../shared/stores/recon-lines.ts'

/** So that a small file has several. */
const CHUNK_LINES = 10

const { DATABASE_URL: url, IMPORT_PATH: path, IMPORT_NAME: name } = process.env
const database = new Database({ url: url!, connectionsMax: 2 })
const ports = {
  transactions: database,
  reconSources: new ReconSourceTable(database),
  reconFiles: new ReconFileTable(database),
  reconFileTotals: new ReconFileTotalTable(database),
  reconLines: new ReconLineTable(database),
  acquirerTerms: new ExpectationTable(database),
  calendars: new BusinessCalendarTable(database),
  outbox: new OutboxTable(database),
  auditLog: new AuditLogTable(database, systemClock.nowMs),
  readers,
  diskFiles,
  clock: systemClock,
  ids: createIds(systemClock.nowMs),
}
const request = { sourceId: 'acquirer', path: path!, name: name!, again: false, deadlineMs: Number.POSITIVE_INFINITY }
const imported = await importFile(ports, request, CHUNK_LINES)
console.log(imported.kind)
await database.close()
