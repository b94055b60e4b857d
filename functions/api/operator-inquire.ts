/**
 * POST /operator/payments/{paymentId}/inquire: ask the acquirer again about an operation whose outcome is not known, as an operator.
 *
 * 200 what it came to · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such payment · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/operator-inquire.ts'
import { defineOperatorRoute, differentRequest, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { inquireAsOperator } from '../../shared/payments/ask-as-operator.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Parameters<typeof inquireAsOperator>[0]) =>
  defineOperatorRoute(contract)(ports, async ({ path: { paymentId }, body: { reason }, operator, claim }) => {
    const inquired = await inquireAsOperator(ports, { paymentId, claim, operator: operator.name, reason })
    switch (inquired.kind) {
      case 'not_found':
        return notFound()
      case 'different_request':
        return differentRequest(inquired.differences)
      case 'inquired':
        return { status: 200, body: { paymentId, operation: inquired.operation } }
    }
  })

export const handler = createHandler(portsFromEnv().forBatches)
