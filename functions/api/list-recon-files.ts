/**
 * GET /reconciliation/files?sourceId&state&limit&cursor: a page of files of the acquirer and the bank, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-recon-files.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { type FileReadPorts, fileOfCursor, listReconFiles } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<FileReadPorts, 'reconFiles'>) =>
  defineRoute(contract)(ports, async ({ query: { cursor, ...query } }) => {
    const beforeFileId = cursor === undefined ? undefined : fileOfCursor(cursor)
    if (cursor !== undefined && beforeFileId === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listReconFiles(ports, { ...query, beforeFileId }) }
  })

export const handler = createHandler(portsFromEnv())
