/**
 * POST /operator/dead-letters/{partition}/{offset}/skip: put a dead letter aside, as an operator.
 *
 * 200 the letter as it is now · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such letter · 409 it is in another state · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/skip-dead-letter.ts'
import { answerToLetter, defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type AskLetterPorts, handleAsOperator } from '../../shared/payments/handle-dead-letter.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & AskLetterPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path, body, operator, claim }) =>
    answerToLetter(
      await handleAsOperator(ports, { place: path, to: 'PUT_ASIDE', body, claim, operator: operator.name }),
    ),
  )

export const handler = createHandler(portsFromEnv().forBatches)
