"""Chat templates that render as the published ones of LFM2 and LFM2.5 do; written for these tests."""

from __future__ import annotations

_START = """\
{{- bos_token -}}
{%- set has_system = messages and messages[0].role == 'system' -%}
{%- set talk = messages[1:] if has_system else messages -%}
{%- set lead = [messages[0].content] if has_system and messages[0].content else [] -%}
"""
_LEAD = """\
{%- if lead -%}{{- '<|im_start|>system\\n' + (lead | join('\\n')) + '<|im_end|>\\n' -}}{%- endif -%}
"""
_END = """\
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
"""

LFM2 = f"""\
{_START}\
{{%- set list = '<|tool_list_start|>' + (tools | tojson) + '<|tool_list_end|>' if tools else '' -%}}
{{%- if tools -%}}{{%- set lead = lead + ['List of tools: ' + list] -%}}{{%- endif -%}}
{_LEAD}\
{{%- for turn in talk -%}}
{{%- set text = turn.content if turn.content is string else (turn.content | tojson) -%}}
{{%- if turn.role == 'tool' -%}}
{{%- set text = '<|tool_response_start|>' + text + '<|tool_response_end|>' -%}}
{{%- endif -%}}
{{{{- '<|im_start|>' + turn.role + '\\n' + text + '<|im_end|>\\n' -}}}}
{{%- endfor -%}}
{_END}"""

LFM25 = f"""\
{_START}\
{{%- if tools -%}}{{%- set lead = lead + ['List of tools: ' + (tools | tojson)] -%}}{{%- endif -%}}
{_LEAD}\
{{%- set last = namespace(at=-1) -%}}
{{%- for turn in talk if turn.role == 'assistant' -%}}{{%- set last.at = last.at + 1 -%}}{{%- endfor -%}}
{{%- set seen = namespace(at=-1) -%}}
{{%- for turn in talk -%}}
{{%- set text = turn.content if turn.content is string else (turn.content | tojson) -%}}
{{%- if turn.role == 'assistant' -%}}
{{%- set seen.at = seen.at + 1 -%}}
{{%- if seen.at < last.at and '</think>' in text -%}}{{%- set text = text.split('</think>')[-1] | trim -%}}{{%- endif -%}}
{{%- endif -%}}
{{{{- '<|im_start|>' + turn.role + '\\n' + text + '<|im_end|>\\n' -}}}}
{{%- endfor -%}}
{_END}"""

TEMPLATES = {"lfm2": LFM2, "lfm2.5": LFM25}
