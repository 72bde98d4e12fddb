# Terminals in dev containers: the pod and the folder in front, since the user often has no name.
PS1='\[\e[36m\]\h\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ '
HISTCONTROL=ignoreboth
shopt -s checkwinsize globstar
alias ls='ls --color=auto' ll='ls -alF --color=auto' grep='grep --color=auto'
[ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
