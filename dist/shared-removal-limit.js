(()=>{"use strict";var e,t={};e=t,Object.defineProperty(e,"t",{enumerable:!0,get:function(){return 18e4}}),module.exports=t})();
