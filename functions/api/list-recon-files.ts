/**
 * GET /reconciliation/files?sourceId&state&limit&cursor: a page of files of the acquirer and the bank, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-recon-files.ts'
import { defineRoute, pageFrom, type RoutePorts } from '../../shared/http/index.ts'
import { type FileReadPorts, fileOfCursor, listReconFiles } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<FileReadPorts, 'reconFiles'>) =>
  defineRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, fileOfCursor, beforeFileId => listReconFiles(ports, { ...query, beforeFileId })),
  )

export const handler = createHandler(portsFromEnv())
