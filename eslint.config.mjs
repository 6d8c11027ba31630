import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const nodeBuiltins = [
  'node:*',
  'fs',
  'path',
  'crypto',
  'http',
  'https',
  'os',
  'net',
  'child_process',
  'timers',
  'util',
  'events',
  'stream',
  'url',
];

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      '**/dist/',
      'client/openapi.d.ts',
      '.data/',
      '.cache/',
      'bench/results/',
      'coverage/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./)+(client|simulator)$',
              message: 'As a folder it is its package, which is built or absent: import its index.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts', 'core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              // `core/deliveries/events.ts` is ours.
              group: [...nodeBuiltins, 'zod', '!./*', '!**/deliveries/events', '!../events'],
              message: 'Workflows and core rules are deterministic: no Node built-ins, no zod.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setInterval', 'fetch', 'Buffer'],
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Core takes the time as an argument.' },
        { object: 'Math', property: 'random', message: 'Core takes randomness as an argument.' },
      ],
    },
  },
  {
    files: [
      'http/{console,owner}/**/*.{ts,tsx}',
      'http/**/*-page.tsx',
      'adapters/mail/render.ts',
      'activities/deliveries/notice-*.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          // Text between tags; in attributes that are read aloud or shown; chosen or put together within tags.
          'JSXText[value=/\\p{L}/u]',
          'JSXAttribute[name.name=/^(aria-label|title|placeholder|alt|label|caption|data-label|data-done)$/] > Literal[value=/\\p{Lu}| /u]',
          'JSXElement > JSXExpressionContainer > Literal[value=/\\p{L}/u]',
          'JSXElement > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=/\\p{L}/u]',
          'JSXElement > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > Literal[value=/\\p{L}/u]',
          'JSXElement > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > TemplateLiteral > TemplateElement[value.raw=/\\p{L}/u]',
          // Whole sentences, and titles of pages.
          'Literal[value=/^\\p{Lu}.* .*[.!?…]$/u]',
          ':not(NewExpression) > TemplateLiteral > TemplateElement[tail=true][value.raw=/ .*[.!?…]$/u]',
          'Property[key.name="title"] > Literal',
        ].map((selector) => ({ selector, message: 'Words that people read are in core/text/.' })),
      ],
    },
  },
  {
    files: ['migrations/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { exports: 'writable' } },
  },
  {
    files: ['http/assets/*.js', 'examples/plain/public/*.js'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        CSSStyleSheet: 'readonly',
        CustomEvent: 'readonly',
        HTMLElement: 'readonly',
        customElements: 'readonly',
        document: 'readonly',
        fetch: 'readonly',
        location: 'readonly',
        navigator: 'readonly',
        window: 'readonly',
      },
    },
  },
  {
    files: ['examples/react/*.js'],
    languageOptions: { globals: { document: 'readonly', fetch: 'readonly' } },
  },
  {
    files: ['examples/react/*.mjs'],
    languageOptions: { globals: { fetch: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
);
