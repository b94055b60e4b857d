/** A command for each route that works as it is against `npm start`. */
import type { RouteName } from '../../shared/contracts/routes.ts'
import { LOCAL_ORIGIN } from './origin.ts'

const newest = (status: string): string =>
  `PAYMENT_ID=$(curl -sS '${LOCAL_ORIGIN}/payments?status=${status}&limit=1' | grep -o 'pay_[0-9A-Z]*' | head -n 1)\n`

const change = (operation: 'capture' | 'refund', from: string, body: string): string =>
  `${newest(from)}curl -i -X POST "${LOCAL_ORIGIN}/payments/${operation}/$PAYMENT_ID" \\
  -H 'content-type: application/json' \\
  -H "idempotency-key: ${operation}-$PAYMENT_ID" \\
  -d '${body}'`

/** In the order of a purchase each finds what the one before it left. */
export const commands: Record<RouteName, string> = {
  authorizePayment: `curl -i -X POST '${LOCAL_ORIGIN}/payments/authorize' \\
  -H 'content-type: application/json' \\
  -H "idempotency-key: order-$(date +%s)" \\
  -d '{"merchantId":"moonlight-mobile","amount":1550000,"currency":"KRW"}'`,
  capturePayment: change('capture', 'AUTHORIZED', '{}'),
  refundPayment: change('refund', 'COMPLETED', '{"reason":"changed my mind"}'),
  getPayment: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/payments/$PAYMENT_ID"`,
  listOperations: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/payments/$PAYMENT_ID/operations"`,
  listPayments: `curl -i '${LOCAL_ORIGIN}/payments?merchantId=moonlight-mobile&limit=2'`,
  getLiveness: `curl -i '${LOCAL_ORIGIN}/health/live'`,
  getReadiness: `curl -i '${LOCAL_ORIGIN}/health/ready'`,
  getMetrics: `curl -i '${LOCAL_ORIGIN}/metrics'`,
  getApiDescription: `curl -sS '${LOCAL_ORIGIN}/openapi.json' -o openapi.json`,
  getDocs: `curl -i '${LOCAL_ORIGIN}/docs?lang=en'`,
}
