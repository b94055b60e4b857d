/**
 * GET /reconciliation/files/{fileId}: a file of the acquirer or the bank.
 *
 * 200 · 404 no such file · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-recon-file.ts'
import { defineRoute, foundOr404, type RoutePorts } from '../../shared/http/index.ts'
import { type FileReadPorts, readReconFile } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & FileReadPorts) =>
  defineRoute(contract)(ports, async ({ path }) => foundOr404(await readReconFile(ports, path.fileId)))

export const handler = createHandler(portsFromEnv())
