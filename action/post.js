'use strict';
// The post step: the binary ends what the main step started. It keeps the state `main` before it touches anything: without that there is nothing to end.
if (process.env.STATE_main) {
  require('./shim').run(['action', '--post']);
}
