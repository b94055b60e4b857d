/** The packaged functions, as test/integration has them, also with wrong configurations and without Kafka. */
import './whole-files.ts'
import '../integration/lambda-runtime.test.ts'
