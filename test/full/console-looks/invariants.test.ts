/** The console's invariants, as test/e2e has it, looked at in every language, width and scheme. */
import './all-looks.ts'
import '../../e2e/console-invariants.test.ts'
