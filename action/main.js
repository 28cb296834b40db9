'use strict';
// The main step: the binary handles the event.
require('./shim').run(['action']);
