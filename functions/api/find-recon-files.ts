/**
 * GET /operator/reconciliation/files?sourceId&state&limit&cursor: a page of files of the acquirer and the bank, newest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-recon-files.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { type FileReadPorts, fileOfCursor, listReconFiles } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Pick<FileReadPorts, 'reconFiles'>) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, fileOfCursor, beforeFileId => listReconFiles(ports, { ...query, beforeFileId })),
  )

export const handler = createHandler(portsFromEnv())
