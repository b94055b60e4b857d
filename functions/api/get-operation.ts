/**
 * GET /operator/operations/{operationId}: one operation with its request and its answer, as far as they are kept.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such operation · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-operation.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type ReadOperationPorts, readOperation } from '../../shared/payments/read-operation.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & ReadOperationPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { operationId } }) => {
    const operation = await readOperation(ports, operationId)
    return operation === undefined ? notFound() : { status: 200, body: operation }
  })

export const handler = createHandler(portsFromEnv())
