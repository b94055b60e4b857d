/**
 * GET /operator/verify-runs/last: what `npm run verify` found last, and how far a run has come that is going on.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-verify-run.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { VerifyStarter } from '../../shared/settlement/ports.ts'
import { readVerifyRuns, type VerifyRunPorts } from '../../shared/settlement/verify-runs.ts'

type Ports = OperatorRoutePorts & Pick<VerifyRunPorts, 'verifyRuns'> & { verifyStarter: VerifyStarter | undefined }

export const createHandler = (ports: Ports) =>
  defineOperatorRoute(contract)(ports, async () => ({
    status: 200,
    body: await readVerifyRuns(ports, ports.verifyStarter !== undefined),
  }))

export const handler = createHandler(portsFromEnv())
