/** A tool that no rule has anything against: examples are made of it. */

const WEATHER = {
  name: "get_weather",
  description:
    "Gives today's weather of a city in words. Use it for questions about now, not the past.",
  inputSchema: {
    type: "object",
    properties: {
      city: { type: "string", description: "The name of the city.", maxLength: 100 },
    },
    required: ["city"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
} as const;

/** The tool, with other members. */
export function weather(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...WEATHER, ...members };
}

/** The tool with another schema of its one argument. */
export function weatherOf(city: unknown): Record<string, unknown> {
  return weather({ inputSchema: { ...WEATHER.inputSchema, properties: { city } } });
}
