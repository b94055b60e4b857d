/** Imports one file, and prints how long it took and how much memory: DATABASE_URL, IMPORT_PATH, IMPORT_NAME. */
import { importFile } from '../../../../shared/reconciliation/import-file.ts'
import { printMeasured } from './measured.ts'

const { IMPORT_PATH: path, IMPORT_NAME: name } = process.env
const request = { sourceId: 'acquirer', path: path!, name: name!, again: false, deadlineMs: Number.POSITIVE_INFINITY }

await printMeasured(async (ports, transactions) => {
  const { reconSources, reconFiles, reconFileTotals, reconLines, acquirerTerms, calendars } = ports
  const { readers, diskFiles, outbox, auditLog, clock, ids } = ports
  const { kind } = await importFile(
    {
      ...{ reconSources, reconFiles, reconFileTotals, reconLines, acquirerTerms, calendars },
      ...{ readers, diskFiles, outbox, auditLog, clock, ids, transactions },
    },
    request,
  )
  return { kind }
})
