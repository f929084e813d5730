#!/usr/bin/env python3
"""Writes Tests/ChatTemplatesTests/Fixtures/rendered.json: what Jinja makes of the templates below, set up as
`transformers` sets it up. Needs the package jinja2; run it from the project's root after adding a template."""
import json
from datetime import datetime
from pathlib import Path

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

TALK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Two\nlines, it's “odd” \t"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nyes"}, {"role": "user", "content": "e\u0301 \\ \"q\" 中文 👍🏽"}]
NAMES = {"bos_token": "<s>", "eos_token": "</s>", "enable_thinking": False, "tools": None,
         "facts": {"b": 2, "a": [1, 2.5, None, True, "x'y"], "c": {"d": ""}}, "numbers": [3, 1, 2, 3], "empty": []}

CHAT_ML = """{%- if messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- else %}
    {{- '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "tool" %}
        {{- raise_exception('no tools') }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

THINKING = """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index and (loop.last or (not loop.last and reasoning_content)) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

HEADERS = """{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}"""

INSTRUCT = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate') }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- else %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- endif %}
{%- endfor %}"""

TEMPLATES = {
    "chatml": CHAT_ML, "thinking": THINKING, "headers": HEADERS, "instruct": INSTRUCT,
    "macro": "{% macro turn(m, mark='#') -%}\n{{ mark }}{{ m.role|upper }}: {{ m.content|trim }}\n{%- endmacro -%}\n"
             "{% for m in messages %}{{ turn(m) }}|{{ turn(m, mark=loop.index ~ '.') }}\n{% endfor %}",
    "lines": "a\n  {% if true %}\n  b\n  {% endif %}\nc {% if true %} d {% endif %}\n{# note #}\n  {#- n -#}  e\n\n",
    "signs": "a \n {%- if true -%} \n b {% endif +%}\n  {%+ if true %}c{% endif %}\nd\n",
    "raw": "{% raw %}{{ not }} {% this %}{% endraw %}!{{ '{{' }}",
    "json": "{{ facts|tojson }}\n{{ facts|tojson(indent=2) }}\n{{ messages[3]|tojson }} {{ empty|tojson(indent=1) }} {{ {}|tojson }}",
    "python": "{{ facts }} {{ true }} {{ none }} {{ 1.0 }} {{ 'a\\'b' }} {{ ['a\"', \"b'\"] }} {{ (1,) | list }}",
    "loops": "{% for k, v in facts.items() if k != 'b' %}{{ loop.index }}/{{ loop.length }} {{ k }}={{ v }} {{ loop.last }};{% else %}none{% endfor %}"
             "{% for x in empty %}x{% else %}nothing{% endfor %}{% for n in numbers %}{% if n == 1 %}{% continue %}{% endif %}{% if loop.index0 == 3 %}{% break %}{% endif %}{{ n }}{{ loop.previtem }},{% endfor %}"
             "{% for i in range(2, 11, 3) %}{{ i }}{% if not loop.last %}-{% endif %}{% endfor %}",
    "scopes": "{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 9 %}{% endif %}{{ x }}"
              "{% set y %}[{{ x }}]{% endset %}{{ y }}{% set a, b = 1, 'z' %}{{ a }}{{ b }}",
    "operators": "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1 + 2 * 3 - 4 }} {{ 'a' ~ 1 ~ none }} {{ 'ab' * 2 }} {{ [1] + [2] }} {{ 1 < 2 <= 2 }} {{ not 1 == 2 }} "
                 "{{ 2 in numbers }} {{ 'x' not in 'abc' }} {{ 'b' in facts }} {{ '' or 'q' }} {{ 1 and 0 }} {{ 'y' if empty else 'n' }}[{{ 'y' if empty }}] {{ 1 == 1.0 }} {{ -numbers[0] | abs }}",
    "slices": "{{ 'abcdef'[1:3] }} {{ 'abcdef'[::-1] }} {{ numbers[-2:] }} {{ numbers[:-1] }} {{ numbers[::2] }} {{ 'abc'[5:] }}| {{ 'e\u0301x'[1:] }} {{ numbers[10] }} {{ 'abc'[-1] }} {{ numbers[3:0:-2] }}",
    "filters": "{{ numbers|join(', ') }} {{ numbers|first }} {{ numbers|last }} {{ numbers|sum }} {{ numbers|unique|list }} {{ numbers|reverse|list }} {{ messages|map(attribute='role')|join('/') }} "
               "{{ messages|selectattr('role', 'equalto', 'user')|list|length }} {{ messages|rejectattr('role', 'in', ['user', 'system'])|map(attribute='content')|first|length }} {{ missing|default('d') }} {{ ''|default('e', true) }} "
               "{{ 'hello World'|title }} {{ 'hELLO'|capitalize }} {{ 'a-b'|replace('-', '+') }} {{ '12'|int + 1 }} {{ 'x'|int(5) }} {{ '1.5'|float }} {{ facts|length }} {{ 'a\nb\n\nc'|indent(2) }} {% for k, v in facts|dictsort %}{{ k }}{{ v }}{% endfor %} {{ [1, 2, 3]|select('odd')|list }} {{ ['a', 'b']|map('upper')|list }}",
    "methods": "{{ ' xx '.strip() }} {{ 'xxaxx'.strip('x') }} {{ 'a,b,c'.split(',', 1) }} {{ ' a  b '.split() }} {{ 'a.b.c'.rsplit('.', 1)[0] }} {{ 'abc'.upper() }} {{ 'aXbX'.replace('X', '', 1) }} {{ 'abc'.find('c') }} "
               "{{ 'l1\nl2\n'.splitlines() }} {{ '-'.join(['a', 'b']) }} {{ 'abab'.count('ab') }} {{ facts.get('zz', 'no') }} {{ facts.get('b') }} {{ facts.keys()|list }} {{ facts.values()|list|length }} {{ 'ab'.startswith(('x', 'a')) }} {{ '42'.isdigit() }} {{ 'a b'.title() }}",
    "tests": "{{ x is defined }} {{ bos_token is defined }} {{ tools is none }} {{ tools is not none }} {{ facts is mapping }} {{ 'a' is string }} {{ numbers is iterable }} {{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 1 is number }} {{ true is boolean }} {{ 'a' is sequence }} {{ 3 is gt 2 }} {{ x is undefined and 1 is eq(1) }} {{ 1.5 is float }} {{ true is true }} {{ 'b' is in ['b'] }}",
    "missing": "[{{ x }}{{ messages[0].nothing }}{{ messages[0]['zip'] }}]{% if x %}y{% endif %}{% for q in x %}z{% endfor %}",
    "generation": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% endif %}{% endfor %}",
}

REFUSED = {
    "raised": "{{ raise_exception('roles must alternate') }}", "unknown name": "{{ x.y.z }}", "filter": "{{ 'a'|nosuch }}", "open": "{% if true %}",
    "bracket": "{{ (1 }}", "order": "{{ 1 < 'a' }}", "statement": "{% nosuch %}", "division": "{{ 1 // 0 }}", "text plus number": "{{ 'a' + 1 }}",
}


def raise_exception(message):
    raise TemplateError(message)


class Generation(loopcontrols):
    tags = loopcontrols.tags | {"generation"}

    def parse(self, parser):
        if parser.stream.current.value == "generation":
            next(parser.stream)
            return parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return super().parse(parser)


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation])
    env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return env


def main():
    rendered = {name: environment().from_string(text).render(messages=TALK, add_generation_prompt=True, **NAMES)
                for name, text in TEMPLATES.items()}
    for name, text in REFUSED.items():
        try:
            environment().from_string(text).render(messages=TALK, **NAMES)
        except Exception:
            continue
        raise SystemExit(f"{name}: Jinja does not refuse it")
    cases = [{"name": name, "template": text, "rendered": rendered[name]} for name, text in TEMPLATES.items()]
    out = Path("Tests/ChatTemplatesTests/Fixtures/rendered.json")
    out.write_text(json.dumps({"cases": cases, "refused": [{"name": n, "template": t} for n, t in REFUSED.items()]},
                              indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
