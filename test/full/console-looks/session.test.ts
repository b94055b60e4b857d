/** The pages of signing in to the console, as test/e2e has them, looked at in every language, width and scheme. */
import './all-looks.ts'
import '../../e2e/console-session.test.ts'
