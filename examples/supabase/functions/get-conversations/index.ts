// Or './own-calls.ts'.
import handler from './through-evergrant.ts';

Deno.serve(handler);
