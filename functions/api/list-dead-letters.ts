/**
 * GET /operator/dead-letters?state&limit&cursor: a page of dead letters, newest first.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-dead-letters.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { type LetterReadPorts, listDeadLetters, placeOfCursor } from '../../shared/payments/read-delivery.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & LetterReadPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, placeOfCursor, before => listDeadLetters(ports, query, before)),
  )

export const handler = createHandler(portsFromEnv())
