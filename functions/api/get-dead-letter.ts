/**
 * GET /operator/dead-letters/{partition}/{offset}: a dead letter with its bytes.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such letter · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-dead-letter.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type LetterReadPorts, readDeadLetter } from '../../shared/payments/read-delivery.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & LetterReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => {
    const letter = await readDeadLetter(ports, path)
    return letter === undefined ? notFound() : { status: 200, body: letter }
  })

export const handler = createHandler(portsFromEnv())
