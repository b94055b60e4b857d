/**
 * POST /operator/dead-letters/{partition}/{offset}/redrive: send a dead letter to its topic again, as an operator.
 *
 * 200 the letter as it is now · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such letter · 409 it is in another state, or can never be sent · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/redrive-dead-letter.ts'
import { answerToLetter, defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type AskLetterPorts, handleAsOperator } from '../../shared/payments/handle-dead-letter.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & AskLetterPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path, body, operator, claim }) =>
    answerToLetter(
      await handleAsOperator(ports, { place: path, to: 'REDRIVEN', body, claim, operator: operator.name }),
    ),
  )

export const handler = createHandler(portsFromEnv().forBatches)
