import { registerHooks } from 'node:module';

// GitHub publishes its parsers for bundlers: they import JSON without saying so, which Node.js asks for.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return specifier.endsWith('.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved;
  },
});

const { registerLogger, validate } = await import('@actions/languageservice');
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import(
  '@actions/workflow-parser'
);

export { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow, registerLogger, validate };
